/**
 * The messages of the admin interface (protobuf package `rpc`), written by hand: three tiny messages do not justify
 * a protobuf runtime in a bundle that a ConfigMap has to hold.
 */

/** `google.protobuf.Empty`. */
export const encodeEmpty = (): Buffer => Buffer.alloc(0);

export interface PauseRequest {
  /** Field 1, bool: wait until running requests have finished. */
  waitOutstanding: boolean;
  /** Field 2, optional int64: for how long, in milliseconds. */
  maxPauseWaitMillis?: number;
}

export function encodePauseRequest(request: PauseRequest): Buffer {
  const bytes: number[] = [];
  if (request.waitOutstanding) bytes.push(0x08, 1);
  if (request.maxPauseWaitMillis !== undefined) bytes.push(0x10, ...encodeVarint(request.maxPauseWaitMillis));
  return Buffer.from(bytes);
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(Math.round(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}

/** `CheckPausedResponse{ paused: bool = 1 }`, whatever fields a later version may add. */
export function decodeCheckPausedResponse(message: Buffer): { paused: boolean } {
  let paused = false;
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("CheckPausedResponse is cut short");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const field = key >> 3n;
    switch (Number(key & 7n)) {
      case 0: {
        const value = varint();
        if (field === 1n) paused = value !== 0n;
        break;
      }
      case 1:
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`CheckPausedResponse has a field of unknown wire type ${key & 7n}`);
    }
  }
  return { paused };
}
