import { defineConfig } from '@playwright/test';
import { browserArgs, browserPath } from './scripts/browser.mjs';

const PORT = Number(process.env.E2E_PORT ?? 4179);

export default defineConfig({
  testDir: './e2e',
  // two cores, and pages that run a simulation: one at a time
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    baseURL: `http://localhost:${PORT}`,
    viewport: { width: 1280, height: 720 },
    deviceScaleFactor: 1,
    locale: 'en-US',
    timezoneId: 'UTC',
    colorScheme: 'dark',
    serviceWorkers: 'allow',
    actionTimeout: 10_000,
    launchOptions: { executablePath: browserPath(), args: browserArgs() },
  },
  webServer: {
    command: `npx vite preview --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}`,
    reuseExistingServer: false,
    timeout: 180_000,
  },
});
