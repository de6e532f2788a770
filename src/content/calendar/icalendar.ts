// iCalendar text (RFC 5545) read into components of ical.js: the one door to that library's parser. Invariants: never throws,
// whatever the text; a line that says nothing sound is left out and named, the others stand. It must never interpret a property.
import ICAL from 'ical.js';

export interface LineError {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly reason: string;
}
export interface ParsedCalendar {
  /** The first VCALENDAR; undefined: there is none. Every value of it can be asked for. */
  readonly calendar: ICAL.Component | undefined;
  readonly errors: readonly LineError[];
}

const deepest = 8;

/** Components that are never closed end with the text. Errors come in the order of the lines. */
export function parseCalendar(text: string): ParsedCalendar {
  const errors: LineError[] = [];
  const open: ICAL.Component[] = [];
  let calendar: ICAL.Component | undefined;
  let last = 1;
  for (const { line, content } of contentLines(text)) {
    last = line;
    const refuse = (reason: string): number => errors.push({ line, reason });
    const [, kind, name] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(content) ?? [];
    const current = open.at(-1);
    if (kind === undefined) {
      const property = current ? readProperty(content) : 'outside of a component';
      if (typeof property === 'string') refuse(property);
      else current!.addProperty(property);
    } else if (kind.toUpperCase() === 'BEGIN') {
      const component = new ICAL.Component(name!.toLowerCase());
      if (current && open.length < deepest) current.addSubcomponent(component);
      else if (current) refuse('components within components too deep');
      else if (component.name === 'vcalendar') calendar ??= component;
      else refuse('not a calendar');
      open.push(component);
    } else if (current?.name === name!.toLowerCase()) open.pop();
    else refuse(`END:${name} where nothing of that name is open`);
  }
  if (open.length > 0) errors.push({ line: last, reason: `${open.at(-1)!.name} is never closed` });
  return { calendar, errors };
}

/** The property, or why it is none: ical.js reads values when they are asked for, so that they are asked for here. */
function readProperty(content: string): ICAL.Property | string {
  try {
    const property = ICAL.Property.fromString(content);
    property.getValues();
    return property;
  } catch (error) {
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
