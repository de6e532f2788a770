export interface Row {
  readonly what: string;
  readonly measured: string;
  /** Absent: told for its own sake. */
  readonly aim?: string;
  readonly met?: boolean;
}

export function formatTable(rows: readonly Row[]): string {
  const lines = [
    ['', 'measured', 'aim', ''],
    ...rows.map(({ what, measured, aim = '', met }) => [
      what,
      measured,
      aim,
      met === undefined ? '' : met ? 'met' : 'below',
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) => [
      line[0]!.padEnd(widths[0]!),
      ...line.slice(1, 3).map((cell, i) => cell.padStart(widths[i + 1]!)),
      line[3],
    ])
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** `part` between 0 and 1. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
