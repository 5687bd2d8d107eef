import test from "ava";
import fc from "fast-check";
import { BinaryReader, BinaryWriter } from "google-protobuf";
import { decodeCheckPausedResponse, encodePauseRequest } from "../../../pauser/adapters/messages";

test("a PauseRequest is encoded as protobuf defines", (t) => {
  fc.assert(
    fc.property(fc.boolean(), fc.nat(10_000_000), (waitOutstanding, maxPauseWaitMillis) => {
      const reader = new BinaryReader(new Uint8Array(encodePauseRequest({ waitOutstanding, maxPauseWaitMillis })));
      const read = { waitOutstanding: false, maxPauseWaitMillis: -1 };
      while (reader.nextField()) {
        if (reader.getFieldNumber() === 1) read.waitOutstanding = reader.readBool();
        else if (reader.getFieldNumber() === 2) read.maxPauseWaitMillis = reader.readInt64();
        else t.fail(`field ${reader.getFieldNumber()}`);
      }
      t.deepEqual(read, { waitOutstanding, maxPauseWaitMillis });
    }),
  );
});

test("a CheckPausedResponse is read, also with fields of a later version", (t) => {
  fc.assert(
    fc.property(fc.boolean(), fc.string(), fc.nat(), (paused, text, int) => {
      const writer = new BinaryWriter();
      writer.writeString(7, text);
      writer.writeFixed64(8, int);
      writer.writeFixed32(9, int);
      writer.writeInt32(300, int);
      if (paused) writer.writeBool(1, true);
      t.is(decodeCheckPausedResponse(Buffer.from(writer.getResultBuffer())).paused, paused);
    }),
  );
});

test("a number without end is an error at its eleventh byte", (t) => {
  const endless = (bytes: number) => Buffer.concat([Buffer.from([0x08]), Buffer.alloc(bytes, 0xff)]);
  t.throws(() => decodeCheckPausedResponse(endless(9)), { message: /cut short/ });
  t.throws(() => decodeCheckPausedResponse(endless(60_000)), { message: /a number of more than 64 bits/ });
});

test("a truncated message is an error, not false", (t) => {
  t.throws(() => decodeCheckPausedResponse(Buffer.from([0x08])), { message: /cut short/ });
});
