// ApplicationData of a device, as the schema of its class has it. Throws EasError 'item-invalid' naming the element.
import { body, isInOrder, type Node, type ReadOf, read, SchemaError, type Version } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { EasError } from '../domain/errors.ts';

export function readItem<N extends Node>(schema: N, data: Element, version: Version): ReadOf<N> {
  const value = readShape(schema, data, version);
  // MS-ASAIRS_R10037, R10038: what a Body consists of comes once, and in order.
  const { Body } = value as { readonly Body?: object };
  if (Body !== undefined && !isInOrder(body, Body)) throw new EasError('item-invalid', 'Body');
  return value;
}

function readShape<N extends Node>(schema: N, data: Element, version: Version): ReadOf<N> {
  try {
    return read(schema, data, { version }).value;
  } catch (error) {
    if (error instanceof SchemaError) throw new EasError('item-invalid', error.message, { cause: error });
    throw error;
  }
}
