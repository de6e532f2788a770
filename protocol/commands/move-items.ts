import { move } from '../pages/index.ts';
import { container, int, many, one, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

/** An element given twice is seen in `order(itemMove, value)`. */
export const itemMove = container(
  move.Move,
  one(move.SrcMsgId, text),
  one(move.SrcFldId, text),
  one(move.DstFldId, text),
);

const request = container(move.MoveItems, many(itemMove));

const response = container(
  move.MoveItems,
  optional(move.Status, int),
  many(container(move.Response, one(move.SrcMsgId, text), one(move.Status, int), optional(move.DstMsgId, text))),
);

/** [MS-ASCMD] 2.2.1.12 MoveItems. */
export const moveItems = { request, response };
export type MoveItemsRequest = ReadOf<typeof request>;
export type MoveItemsResponse = WrittenOf<typeof response>;
