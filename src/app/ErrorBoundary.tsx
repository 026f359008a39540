/** A panel that fails says so in its own place; the rest of the page goes on. */
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { t } from '../i18n/index.ts';
import { Button } from '../panels/shared/controls.tsx';

interface Props {
  /** What failed, as the person knows it ("The timeline"). */
  name: string;
  children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { message: string | null }> {
  override state = { message: null as string | null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(`${this.props.name}:`, error, info.componentStack);
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <div className="panel-failed" role="alert">
        <p>{t('panel.failed', { name: this.props.name })}</p>
        <p className="mono small">{this.state.message}</p>
        <Button onClick={() => this.setState({ message: null })}>{t('panel.again')}</Button>
      </div>
    );
  }
}
