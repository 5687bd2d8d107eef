/**
 * The messages of the admin interface (protobuf package `rpc`), written by hand: three small messages do not justify a
 * protobuf runtime in a bundle that must fit into a ConfigMap.
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

/** `CheckPausedResponse{ paused: bool = 1 }`; fields that a later version adds are ignored. */
export function decodeCheckPausedResponse(message: Buffer): { paused: boolean } {
  let paused = false;
  for (const { field, value } of fieldsOf(message, "CheckPausedResponse")) {
    if (field === 1 && typeof value === "bigint") paused = value !== 0n;
  }
  return { paused };
}

const ERROR_INFO_TYPE = "type.googleapis.com/google.rpc.ErrorInfo";

/**
 * The `reason` of the `ErrorInfo` in a `google.rpc.Status{ details: repeated Any = 3 }`: why a Pause failed.
 * @returns undefined if there is none; never throws, because the call has failed anyway
 */
export function decodeErrorReason(status: Buffer): string | undefined {
  try {
    for (const detail of bytesOf(status, 3)) {
      const [type] = bytesOf(detail, 1);
      const [info] = bytesOf(detail, 2);
      if (type?.toString("utf8") !== ERROR_INFO_TYPE || info === undefined) continue;
      const [reason] = bytesOf(info, 1);
      return reason?.toString("utf8");
    }
  } catch {
    // Damaged details say nothing.
  }
  return undefined;
}

/** The values of a field that holds strings, bytes or messages. */
function bytesOf(message: Buffer, field: number): Buffer[] {
  return fieldsOf(message, "google.rpc.Status").flatMap((one) =>
    one.field === field && Buffer.isBuffer(one.value) ? [one.value] : [],
  );
}

/** All fields of a message: varints as numbers, strings and messages as bytes; fixed-width fields are skipped. */
function fieldsOf(message: Buffer, name: string): { field: number; value: bigint | Buffer }[] {
  const fields: { field: number; value: bigint | Buffer }[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    // 64 bits are ten bytes at most. The time that more would take grows with their square, while pods are paused.
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error(`${name} is cut short`);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error(`${name} has a number of more than 64 bits`);
  };
  while (at < message.length) {
    const key = varint();
    const field = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case 0:
        fields.push({ field, value: varint() });
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        fields.push({ field, value: message.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`${name} has a field of unknown wire type ${key & 7n}`);
    }
  }
  return fields;
}
