/** What only the page's own frame knows: which sheet is open, the grain of steps, what the events table shows. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Grain, RecordFilter } from '../protocol/messages.ts';

export type Sheet = 'picker' | 'share' | 'model' | 'sweep' | 'kernel' | 'open' | null;
export type PhoneTab =
  | 'lesson'
  | 'inspector'
  | 'timeline'
  | 'transfer'
  | 'events'
  | 'captures'
  | 'console'
  | 'knobs';

export interface UiState {
  sheet: Sheet;
  grain: Grain;
  present: boolean;
  /** Chosen filter of the events table and of "run to next match". */
  filter: RecordFilter;
  /** Text put into the console's input by another panel; `n` counts, so that the same text can come again. */
  prefill: { line: string; n: number };
  /** Asks the events table's search field for the focus. */
  searchFocus: number;
  /** Asks the stage to zoom on what is selected or happens (again: on all). */
  stageFocus: number;
  phoneTab: PhoneTab;
  /** The sentence of the first screen has been read or passed. */
  welcomed: boolean;
}

export interface UiActions {
  open(sheet: Sheet): void;
  setGrain(grain: Grain): void;
  setPresent(on: boolean): void;
  setFilter(filter: RecordFilter): void;
  fillConsole(line: string): void;
  focusSearch(): void;
  focusStage(): void;
  setPhoneTab(tab: PhoneTab): void;
  welcome(): void;
}

export type Ui = StoreApi<UiState & UiActions>;

export function createUi(): Ui {
  return createStore<UiState & UiActions>((set) => ({
    sheet: null,
    grain: 'event',
    present: false,
    filter: {},
    prefill: { line: '', n: 0 },
    searchFocus: 0,
    stageFocus: 0,
    phoneTab: 'lesson',
    welcomed: false,
    open: (sheet) => set({ sheet }),
    setGrain: (grain) => set({ grain }),
    setPresent: (present) => set({ present }),
    setFilter: (filter) => set({ filter }),
    fillConsole: (line) => set((s) => ({ prefill: { line, n: s.prefill.n + 1 } })),
    focusSearch: () => set((s) => ({ searchFocus: s.searchFocus + 1 })),
    focusStage: () => set((s) => ({ stageFocus: s.stageFocus + 1 })),
    setPhoneTab: (phoneTab) => set({ phoneTab }),
    welcome: () => set({ welcomed: true }),
  }));
}

export const UiContext = createContext<Ui | null>(null);

function useUiStore(): Ui {
  const ui = useContext(UiContext);
  if (ui === null) throw new Error('no UiContext above this component');
  return ui;
}

export function useUi<T>(selector: (state: UiState & UiActions) => T): T {
  return useStore(useUiStore(), useShallow(selector));
}

/** For code outside React (the keys). */
export { useUiStore };
