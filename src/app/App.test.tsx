// @vitest-environment happy-dom
import { MotionGlobalConfig } from 'framer-motion';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppContext } from '../store/react.ts';
import { createFakeApp, type FakeApp } from '../testing/fake-app.ts';
import { App } from './App.tsx';
import { createUi, type Ui, UiContext } from './ui-store.ts';

let root: Root;
let app: FakeApp;
let ui: Ui;
let box: HTMLElement;

const wait = (ms: number) => act(() => new Promise((done) => setTimeout(done, ms)));
const button = (name: string | RegExp) => {
  const found = [...box.querySelectorAll('button')].find((b) => {
    const text = b.getAttribute('aria-label') ?? b.textContent ?? '';
    return typeof name === 'string' ? text === name : name.test(text);
  });
  if (found === undefined) throw new Error(`no button ${name}`);
  return found;
};
const press = (key: string, init: KeyboardEventInit = {}) =>
  act(() => {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...init }));
  });
const called = (name: string) => app.calls.filter((c) => c.name === name);

beforeEach(async () => {
  MotionGlobalConfig.skipAnimations = true;
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  box = document.createElement('div');
  document.body.append(box);
  app = createFakeApp();
  ui = createUi();
  root = createRoot(box);
  await act(async () => {
    root.render(
      <AppContext value={app}>
        <UiContext value={ui}>
          <App />
        </UiContext>
      </AppContext>,
    );
  });
  await wait(250);
});

afterEach(() => {
  act(() => root.unmount());
  box.remove();
  vi.restoreAllMocks();
});

describe('the page', () => {
  it('shows the step, the present event and the simulated time', () => {
    expect(box.textContent).toContain('Who will poll flow B?');
    expect(box.textContent).toContain('The driver takes frame 42 off descriptor 411');
    expect(box.querySelector('.time-now')?.textContent).toBe('1\u00a0284\u00a0316 ns');
  });

  it('says why: the causal chain with reasons, the newest cause first', () => {
    const links = [...box.querySelectorAll('.why-what')].map((e) => e.textContent);
    expect(links[0]).toContain('begins softirq work');
    expect(links[1]).toContain('enters the interrupt handler');
    expect(box.querySelector('.why-reason')?.textContent).toContain('On the way out of an interrupt');
  });

  it('plays and steps by keys in the chosen grain', async () => {
    await press(' ');
    expect(called('togglePlay')).toHaveLength(1);
    await press('ArrowRight');
    await press('ArrowLeft', { shiftKey: true });
    expect(called('step')[0].args).toEqual(['event']);
    expect(called('stepBack')[0].args).toEqual(['stage']);
  });

  it('runs to the next drop', async () => {
    await act(() => button('next drop').click());
    expect(called('runTo')[0].args[0]).toEqual({ kinds: [5, 132] });
  });

  it('carries out a knob as the command it stands for', async () => {
    const input = box.querySelector<HTMLInputElement>('.knob input');
    expect(input?.value).toBe('512');
    await act(() => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, '4096');
      input?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(box.querySelector('.knob-line')?.textContent).toBe('ethtool -G eth0 rx 4096');
    await act(() => button('Apply').click());
    expect(called('command').at(-1)?.args).toEqual(['h1', 'ethtool -G eth0 rx 4096']);
  });

  it('takes an applied command back', async () => {
    await act(() => button(/^Undo ethtool/).click());
    expect(called('undo')[0].args).toEqual([1]);
  });

  it('goes to a lesson step with PageDown and does not run past the last', async () => {
    await press('PageDown');
    expect(called('goToStep').at(-1)?.args).toEqual([3]);
    await press('PageDown');
    expect(called('goToStep')).toHaveLength(1);
  });

  it('pauses when a detail is opened', async () => {
    await act(() => app.actions.select({ kind: 'cpu', cpu: 2 }));
    await wait(120);
    expect(called('pause').length).toBeGreaterThan(0);
    expect(box.querySelector('.inspector h2')?.textContent).toBe('CPU 2');
  });

  it('says when the simulation has died and offers to restart it', async () => {
    await act(() => app.store.setState({ worker: 'crashed' }));
    await act(() => button('Restart here').click());
    expect(called('restart')).toHaveLength(1);
  });

  it('shows what went wrong until it is dismissed', async () => {
    await act(() =>
      app.store.setState({
        notices: [{ n: 7, level: 'error', code: 'x', message: 'ring.rx: 9 is too small' }],
      }),
    );
    expect(box.querySelector('[role=alert]')?.textContent).toContain('ring.rx: 9 is too small');
    await act(() => button('Dismiss').click());
    expect(called('dismiss')[0].args).toEqual([7]);
  });

  it('goes round the themes with T', async () => {
    await press('t');
    expect(document.documentElement.dataset.theme).toBe('light');
  });
});
