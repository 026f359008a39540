/** Line icons, 16 by 16, drawn in the text's colour. Always beside or under an accessible name. */
import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

const path = (d: string) => () => (
  <Icon>
    <path d={d} />
  </Icon>
);
const filled = (d: string) => () => (
  <Icon>
    <path d={d} fill="currentColor" />
  </Icon>
);

export const PlayIcon = filled('M5 3.2v9.6L12.6 8z');
export const PauseIcon = filled('M4.5 3.5h2v9h-2zM9.5 3.5h2v9h-2z');
export const StepIcon = path('M6 4l4 4-4 4');
export const StepBackIcon = path('M10 4L6 8l4 4');
export const EndIcon = path('M5 4l4 4-4 4M12 3.5v9');
export const StartIcon = path('M11 4L7 8l4 4M4 3.5v9');
export const CloseIcon = path('M4 4l8 8M12 4l-8 8');
export const ChevronIcon = path('M4 6.5L8 10l4-3.5');
export const BranchIcon = () => (
  <Icon>
    <circle cx="4.5" cy="3.5" r="1.5" />
    <circle cx="4.5" cy="12.5" r="1.5" />
    <circle cx="11.5" cy="5.5" r="1.5" />
    <path d="M4.5 5v6M11.5 7c0 2.5-3 2.5-5.5 4" />
  </Icon>
);
export const DarkIcon = path('M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z');
export const LightIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1" />
  </Icon>
);
export const ProjectorIcon = path('M2 3h12M3 3v7h10V3M8 10v2M5.5 14L8 12l2.5 2');
export const TerminalIcon = path('M2.5 3.5h11v9h-11zM5 6.5l2 1.75L5 10M8.5 10.2H11');
export const CaptureIcon = () => (
  <Icon>
    <path d="M1.5 8h4M10.5 8h4" />
    <circle cx="8" cy="8" r="2.5" />
    <path d="M8 5.5V2M5.5 2h5" />
  </Icon>
);
export const CurveIcon = path('M2.5 2.5v11h11M4.5 11.5l3.5-6 2.5 4 3-3');
export const TransferIcon = path('M2.5 2.5v11h11M4.5 12v-2.5M6.8 10V7M9.1 8V5M11.4 6V3');
export const TableIcon = path('M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6 3.5v9');
export const OpenIcon = path('M2.5 12.5v-9h4l1.5 2h5.5v7z');
export const UndoIcon = path('M3.5 6.5h6a3 3 0 0 1 0 6H7M6 3.8L3.3 6.5 6 9.2');
export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="3.8" />
    <path d="M10 10l3.2 3.2" />
  </Icon>
);
export const CopyIcon = path('M5.5 5.5h7v7h-7zM3.5 10.5v-7h7');
export const FitIcon = path('M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10');
export const FocusIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="4" />
    <path d="M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4" />
  </Icon>
);
export const DensityIcon = path('M3 4h10M3 8h10M3 12h6');

export function LogoMark() {
  return (
    <svg className="logo" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
      <circle
        cx="12"
        cy="12"
        r="8.6"
        fill="none"
        stroke="currentColor"
        strokeWidth="3.4"
        strokeDasharray="5.2 1.553"
        strokeDashoffset="2.6"
      />
    </svg>
  );
}
