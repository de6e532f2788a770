// What iCalendar and vCard say and the protocol cannot: kept as text beside the item, and written back with it. ical.js does
// the reading and the writing. Pure.
import ICAL from 'ical.js';

/** Bytes kept of one item; what is longer is left out as a whole. */
const most = 256 * 1024;

type JCal = readonly [name: string, properties: readonly unknown[], components: readonly unknown[]];

/** The component without the properties of these names (lower case) and without subcomponents that `keeps` refuses. */
export function leftoverOf(
  component: ICAL.Component,
  known: ReadonlySet<string>,
  keeps: (component: ICAL.Component) => boolean,
): ICAL.Component | undefined {
  const rest = new ICAL.Component(component.name);
  for (const property of component.getAllProperties()) {
    if (!known.has(property.name)) rest.addProperty(ICAL.Property.fromString(property.toICALString()));
  }
  for (const inner of component.getAllSubcomponents()) {
    if (keeps(inner)) rest.addSubcomponent(ICAL.Component.fromString(inner.toString()));
  }
  return rest.getAllProperties().length + rest.getAllSubcomponents().length === 0 ? undefined : rest;
}

export function leftoverText(components: readonly ICAL.Component[]): string | undefined {
  const text = components.map((component) => component.toString()).join('\r\n');
  return text === '' || Buffer.byteLength(text) > most ? undefined : text;
}

/** The components of such a text; none when it cannot be read any more. */
export function readLeftover(text: string | undefined): ICAL.Component[] {
  if (text === undefined) return [];
  try {
    const parsed = ICAL.parse(text) as unknown as JCal | JCal[];
    const list = (Array.isArray(parsed[0]) ? parsed : [parsed]) as unknown as ConstructorParameters<
      typeof ICAL.Component
    >[0][];
    return list.map((jCal) => new ICAL.Component(jCal));
  } catch {
    return [];
  }
}

/** Adds what stands in `rest`; what may stand only once gives way to what the item says today. */
export function addLeftover(component: ICAL.Component, rest: ICAL.Component, once: ReadonlySet<string>): void {
  const names = component.getAllProperties().map(({ name }) => name);
  const has = new Set(names.filter((name) => once.has(name)));
  for (const property of rest.getAllProperties()) {
    if (!has.has(property.name)) component.addProperty(ICAL.Property.fromString(property.toICALString()));
  }
  for (const inner of rest.getAllSubcomponents()) {
    component.addSubcomponent(ICAL.Component.fromString(inner.toString()));
  }
}
