/** The few controls the page is made of. Native elements; looks in shared.css. */
import type { ButtonHTMLAttributes, ReactNode } from 'react';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement>;

export function Button({
  look = 'plain',
  className = '',
  ...rest
}: ButtonProps & { look?: 'plain' | 'primary' | 'quiet' | 'pill' }) {
  return <button type="button" className={`button button-${look} ${className}`} {...rest} />;
}

/** A button that shows only an icon: `label` is its name and its tooltip; `keys` the key that does the same. */
export function IconButton({
  label,
  keys,
  children,
  look = 'plain',
  className = '',
  ...rest
}: ButtonProps & {
  label: string;
  keys?: string;
  children: ReactNode;
  look?: 'plain' | 'primary' | 'quiet';
}) {
  const title = keys === undefined ? label : `${label} (${keys})`;
  return (
    <button
      type="button"
      className={`button button-${look} button-icon ${className}`}
      aria-label={label}
      title={title}
      {...rest}
    >
      {children}
    </button>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: ReactNode;
  title?: string;
}

/** One of a few, side by side: a radio group by meaning and by keyboard. */
export function Segmented<T extends string>({
  name,
  label,
  value,
  choices,
  onChange,
}: {
  name: string;
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className={`segmented ${name}`}>
      <legend className="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className="segment" title={choice.title}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** A section of a side panel: small upper-case name, then its content. */
export function Section({
  title,
  aside,
  children,
  className = '',
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={`section ${className}`} aria-label={title}>
      <h3 className="section-title">
        <span>{title}</span>
        {aside}
      </h3>
      {children}
    </section>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}
