/** Short text with `code` in backquotes and blank lines between paragraphs. No markup beyond that, no HTML. */
export function Prose({ text }: { text: string }) {
  return (
    <div className="prose">
      {text.split(/\n\s*\n/).map((paragraph) => (
        <p key={paragraph}>
          {paragraph.split(/(`[^`]+`)/).map((part, i) =>
            part.startsWith('`') && part.endsWith('`') ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of one fixed text
              <code key={i}>{part.slice(1, -1)}</code>
            ) : (
              part
            ),
          )}
        </p>
      ))}
    </div>
  );
}
