/** Property tests draw the same worlds in every run; `npm run soak` draws others. A failure names its seed. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });
