/** Encryption of payloads. What is stored is judged by Node's other implementation of AES-GCM (`node:crypto`). */
import { createDecipheriv, randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encryptionCodec, readEncryptionKeys } from '../../../../src/temporal/encryption/index.js';
import { roomWorkflowId, stayWorkflowId } from '../../../../src/domain/model/ids.js';

const { Payload: WirePayload } = proto.temporal.api.common.v1;

const bytes = { one: randomBytes(32), two: randomBytes(32) };
const entries = { one: `one=${bytes.one.toString('base64')}`, two: `two=${bytes.two.toString('base64')}` };

function ownedBy(workflowId: string): SerializationContext {
  return { type: 'workflow', namespace: 'default', workflowId };
}

const seaside = ownedBy(stayWorkflowId({ propertyId: 'sea/side', reservationId: 'R-1' }));
const hills = ownedBy(roomWorkflowId({ propertyId: 'hills', room: '101' }));

async function codecWith(keys: string): Promise<ReturnType<typeof encryptionCodec>> {
  return encryptionCodec(await readEncryptionKeys(keys));
}

function metadataOf(payload: Payload | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(payload?.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString()]),
  );
}

async function sealed(value: unknown, context?: SerializationContext): Promise<Payload> {
  const codec = await codecWith(entries.one);
  const [payload] = await codec.encode([defaultPayloadConverter.toPayload(value)], context);
  if (payload === undefined) throw new Error('nothing was encoded');
  return payload;
}

test('a stored payload is AES-256-GCM of the whole payload, with algorithm, key and property authenticated', async () => {
  const payload = await sealed({ name: 'Ada Lovelace' }, seaside);
  expect(metadataOf(payload)).toEqual({
    encoding: 'binary/encrypted',
    'encryption-algorithm': 'AES-256-GCM',
    'encryption-key-id': 'one',
    'encryption-property': 'sea/side',
  });
  const data = Buffer.from(payload.data ?? []);
  const decipher = createDecipheriv('aes-256-gcm', bytes.one, data.subarray(0, 12));
  decipher.setAAD(Buffer.from(JSON.stringify(['AES-256-GCM', 'one', 'sea/side'])));
  decipher.setAuthTag(data.subarray(-16));
  const content = Buffer.concat([decipher.update(data.subarray(12, -16)), decipher.final()]);
  const inner = WirePayload.decode(content);
  expect(defaultPayloadConverter.fromPayload(inner)).toEqual({ name: 'Ada Lovelace' });
});

test('any value comes back as it was, with and without a workflow that owns it', async () => {
  const codec = await codecWith(`${entries.two},${entries.one}`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), fc.constantFrom(undefined, seaside, hills), async (values, context) => {
      const payloads = values.map((value) => defaultPayloadConverter.toPayload(value));
      const encoded = await codec.encode(payloads, context);
      const decoded = await codec.decode(encoded, context);
      expect(decoded.map((one) => defaultPayloadConverter.fromPayload(one))).toEqual(
        payloads.map((one) => defaultPayloadConverter.fromPayload(one)),
      );
    }),
  );
});

test('the same value is never stored twice as the same bytes', async () => {
  const [first, second] = [await sealed('R-1'), await sealed('R-1')];
  expect(Buffer.from(first.data ?? [])).not.toEqual(Buffer.from(second.data ?? []));
});

test('after a rotation the newest key encrypts, and payloads of the earlier one are still read', async () => {
  const before = await sealed('before', seaside);
  const rotated = await codecWith(`${entries.two} ${entries.one}`);
  const [after] = await rotated.encode([defaultPayloadConverter.toPayload('after')], seaside);
  expect(metadataOf(after)['encryption-key-id']).toBe('two');
  const read = await rotated.decode([before, after ?? {}], seaside);
  expect(read.map((one) => defaultPayloadConverter.fromPayload(one))).toEqual(['before', 'after']);
});

test('a payload of a key that is not given is refused with the name of the key', async () => {
  const codec = await codecWith(entries.two);
  await expect(codec.decode([await sealed('secret')])).rejects.toThrow('encrypted with the key "one"');
});

test('a payload of another key with the same id is refused', async () => {
  const codec = await codecWith(`one=${randomBytes(32).toString('base64')}`);
  await expect(codec.decode([await sealed('secret')])).rejects.toThrow('does not fit the key one');
});

test('a payload with any changed byte, of content or of metadata, is refused or is no longer an encrypted one', async () => {
  const codec = await codecWith(entries.one);
  const payload = await sealed('secret', seaside);
  const length = payload.data?.length ?? 0;
  for (let at = 0; at < length; at++) {
    const data = Uint8Array.from(payload.data ?? []);
    data[at] = (data[at] ?? 0) ^ 1;
    await expect(codec.decode([{ ...payload, data }])).rejects.toThrow('does not fit the key');
  }
  for (const name of ['encryption-key-id', 'encryption-property']) {
    const metadata = { ...payload.metadata, [name]: Buffer.from('other') };
    await expect(codec.decode([{ ...payload, metadata }])).rejects.toThrow();
  }
});

test('a payload of one property is refused in a workflow of another', async () => {
  const codec = await codecWith(entries.one);
  const payload = await sealed('secret', seaside);
  await expect(codec.decode([payload], hills)).rejects.toThrow('of the property sea/side was put into a workflow');
  expect(await codec.decode([payload], seaside)).toHaveLength(1);
  expect(await codec.decode([payload])).toHaveLength(1);
});

test('a worker passes on a payload of a workflow that no key fits, but not one whose key it lacks', async () => {
  const worker = encryptionCodec(await readEncryptionKeys(entries.one), { passesSpoiled: true });
  const payload = await sealed('secret', seaside);
  const spoiled = { ...payload, data: Uint8Array.from(payload.data ?? []).fill(0, 20) };
  expect(await worker.decode([spoiled], seaside)).toEqual([spoiled]);
  expect(await worker.decode([payload], hills)).toEqual([payload]);
  await expect(worker.decode([spoiled], { ...seaside, type: 'activity', isLocal: false })).rejects.toThrow(
    'does not fit',
  );
  const lacking = encryptionCodec(await readEncryptionKeys(entries.two), { passesSpoiled: true });
  await expect(lacking.decode([payload], seaside)).rejects.toThrow('encrypted with the key "one"');
});

test('a payload that is not encrypted passes as it is', async () => {
  const codec = await codecWith(entries.one);
  const plain = defaultPayloadConverter.toPayload({ requestId: 'r-1' });
  expect(await codec.decode([plain], seaside)).toEqual([plain]);
});
