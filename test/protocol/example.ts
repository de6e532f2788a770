// The example of protocol/README.md: example.test.ts holds them to be equal and runs it.
import { decode, encodeToBuffer, meetingResponse, read, write } from '../../protocol/index.ts';

export function acceptAll(body: Uint8Array): Buffer {
  const version = '14.1';
  const { root } = decode(body); // bytes → Element; WbxmlError
  const { value } = read(meetingResponse.request, root, { version }); // Element → typed value; SchemaError
  const Result = value.Request.map(({ RequestId }) => ({ RequestId, Status: 1, CalendarId: `8:${RequestId}` }));
  return encodeToBuffer(write(meetingResponse.response, { Result }, { version })); // what the version lacks is left out
}
