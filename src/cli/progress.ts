const width = 30;
const everyMs = 100;

/** A bar on stderr, where that is a terminal; `part` is 0 to 1, absent when nobody knows. `end` leaves the line. */
export function progressBar(): { show(text: string, part?: number): void; end(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => {}, end: () => {} };
  let shown = 0;
  let last = '';
  const draw = (): void => void stderr.write(`\r${last}\x1b[K`);
  return {
    show: (text, part) => {
      const full = Math.round((part ?? 0) * width);
      const bar =
        part === undefined ? '' : `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.floor(part * 100)} %  `;
      last = bar + text;
      if (Date.now() - shown < everyMs) return;
      shown = Date.now();
      draw();
    },
    end: () => {
      if (last === '') return;
      draw();
      stderr.write('\n');
    },
  };
}
