// iCalendar and vCard text (RFC 5545, 2426, 6350) read into components of ical.js: the one door to its parser. Invariants: never throws,
// whatever the text; a line that says nothing sound is left out and named, the others stand. It must never interpret a property.
import ICAL from 'ical.js';

export interface LineError {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly reason: string;
  /** Of the item that came all the same. */
  readonly uid?: string;
}
export interface ParsedCalendar {
  /** The first VCALENDAR; undefined: there is none. Every value of it can be asked for. */
  readonly calendar: ICAL.Component | undefined;
  readonly errors: readonly LineError[];
}
export interface ParsedText {
  readonly roots: readonly ICAL.Component[];
  readonly errors: readonly LineError[];
  /** Where it begins; of what is in the text alone. */
  lineOf(component: ICAL.Component): number;
}

const deepest = 8;

export function parseCalendar(text: string): ParsedCalendar {
  const { roots, errors } = parseComponents(text, 'vcalendar');
  return { calendar: roots[0], errors };
}

/** Components that are never closed end with the text. Errors come in the order of the lines. */
export function parseComponents(text: string, root: 'vcalendar' | 'vcard'): ParsedText {
  const errors: LineError[] = [];
  const open: ICAL.Component[] = [];
  const roots: ICAL.Component[] = [];
  const lines = new WeakMap<ICAL.Component, number>();
  const { vcard, vcard3, icalendar } = ICAL.design;
  let design = icalendar;
  let last = 1;
  for (const { line, content } of contentLines(text)) {
    last = line;
    const refuse = (reason: string): number => errors.push({ line, reason });
    const [, kind, name] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(content) ?? [];
    const current = open.at(-1);
    if (kind === undefined) {
      if (root === 'vcard' && /^VERSION:/i.test(content)) design = /4\.0/.test(content) ? vcard : vcard3;
      const property = current ? readProperty(content, design) : 'outside of a component';
      if (typeof property === 'string') refuse(property);
      else current!.addProperty(property);
    } else if (kind.toUpperCase() === 'BEGIN') {
      const component = new ICAL.Component(name!.toLowerCase());
      lines.set(component, line);
      if (!current) design = root === 'vcard' ? vcard3 : icalendar;
      if (current && open.length < deepest) current.addSubcomponent(component);
      else if (current) refuse('components within components too deep');
      else if (component.name === root) roots.push(component);
      else refuse(root === 'vcard' ? 'not a card' : 'not a calendar');
      open.push(component);
    } else if (current?.name === name!.toLowerCase()) open.pop();
    else refuse(`END:${name} where nothing of that name is open`);
  }
  if (open.length > 0) errors.push({ line: last, reason: `${open.at(-1)!.name} is never closed` });
  return { roots, errors, lineOf: (component) => lines.get(component) ?? 1 };
}

/** The property, or why it is none: ical.js reads values when they are asked for, so that they are asked for here. */
function readProperty(content: string, design: typeof ICAL.design.icalendar): ICAL.Property | string {
  try {
    const property = ICAL.Property.fromString(content, design);
    property.getValues();
    return property;
  } catch (error) {
    // Dates without a year are no dates of vCard 3, though its programs write them.
    const { vcard, vcard3 } = ICAL.design;
    if (design === vcard3) return readProperty(content, vcard);
    return error instanceof Error ? error.message : String(error);
  }
}

/** Folded lines as one. */
function* contentLines(text: string): Generator<{ line: number; content: string }> {
  let found: { line: number; content: string } | undefined;
  for (const [index, physical] of text.split(/\r\n|\r|\n/).entries()) {
    if (found && /^[ \t]/.test(physical)) found.content += physical.slice(1);
    else {
      if (found && found.content.trim() !== '') yield found;
      found = { line: index + 1, content: physical };
    }
  }
  if (found && found.content.trim() !== '') yield found;
}
