/** Mail to its address is delivered to each member once. */
export interface Group {
  /** Lower case; no account or other group has it. */
  readonly address: string;
  readonly displayName: string;
  /** Addresses: of accounts, of groups, outside. Lower case. */
  readonly members: readonly string[];
}
