/** Reads of the property file, the first and the later ones. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigFileError } from '../../src/config/config-file.js';
import { openPropertyFile, parseProperties } from '../../src/property-file.js';

const seaside = {
  propertyId: 'seaside',
  name: 'Seaside',
  timeZone: 'Europe/Berlin',
  seam: { acsSystemId: 'sys', credentialManagerAcsSystemId: 'cm' },
};

function problemsOf(content: unknown): readonly string[] {
  try {
    parseProperties(typeof content === 'string' ? content : JSON.stringify(content), 'hotels.json');
    return [];
  } catch (error) {
    if (error instanceof ConfigFileError) return error.problems;
    throw error;
  }
}

describe('a property file', () => {
  it('a property file needs only the fields that have no sensible default', () => {
    const [property] = parseProperties(JSON.stringify({ properties: [seaside] }), 'hotels.json');
    expect(property).toMatchObject({
      checkIn: '15:00',
      checkOut: '11:00',
      doors: { roomFrom: 'display_name', roomPattern: '{room}' },
      policy: { phone: 'wait-for-phone', cardFormat: 'rfid48', label: null },
    });
  });

  it('a property file is refused with every problem at once, each with its path', () => {
    const { name: _name, ...nameless } = seaside;
    const problems = problemsOf({
      properties: [
        { ...seaside, timeZone: 'Europe/Berlinn', checkIn: '3 pm' },
        { ...nameless, propertyId: 'hill', policy: { phone: 'maybe', colour: 'blue' } },
      ],
    });
    expect(problems).toEqual([
      'properties[0].timeZone must be an IANA time zone such as "Europe/Berlin"',
      'properties[0].checkIn must be a 24-hour clock time such as "15:00"',
      expect.stringContaining('properties[1].name '),
      expect.stringContaining('properties[1].policy.phone '),
      'properties[1].policy.colour is not a known field',
    ]);
  });

  it('a property file must not name a property twice', () => {
    expect(problemsOf({ properties: [seaside, { ...seaside, name: 'Again' }] })).toEqual([
      "properties[1].propertyId must differ from every other property's",
    ]);
  });

  it.each([
    ['text that is not JSON', '{ "properties": [', 'is not JSON'],
    ['another shape', [], 'the file '],
    ['no property', { properties: [] }, 'properties '],
  ])('a property file with %s is refused', (_what, content, problem) => {
    expect(problemsOf(content)).toEqual([expect.stringContaining(problem)]);
  });

  it('the example of a property file that is shipped is valid', async () => {
    const text = await readFile(new URL('../../examples/property.json', import.meta.url), 'utf8');
    expect(parseProperties(text, 'property.json')).toHaveLength(1);
  });
});

describe('an open property file', () => {
  let folder: string;
  let path: string;
  const invalid: ConfigFileError[] = [];
  const write = (content: unknown): Promise<void> => writeFile(path, JSON.stringify(content));
  const open = () => openPropertyFile(path, { onInvalid: (error) => invalid.push(error) });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stayline-property-'));
    path = join(folder, 'hotels.json');
    invalid.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('an open property file finds properties by id', async () => {
    await write({ properties: [seaside] });
    const properties = await open();
    expect((await properties.find('seaside'))?.name).toBe('Seaside');
    expect(await properties.find('hill')).toBeUndefined();
  });

  it('an open property file is read again when it has changed', async () => {
    await write({ properties: [seaside] });
    const properties = await open();
    await write({ properties: [{ ...seaside, name: 'Seaside Grand Hotel' }] });
    expect((await properties.find('seaside'))?.name).toBe('Seaside Grand Hotel');
  });

  it('an open property file keeps its valid content after an invalid change, and reports the problem once', async () => {
    await write({ properties: [seaside] });
    const properties = await open();
    await write({ properties: [{ ...seaside, timeZone: 'nowhere' }] });
    expect((await properties.find('seaside'))?.timeZone).toBe('Europe/Berlin');
    expect((await properties.find('seaside'))?.timeZone).toBe('Europe/Berlin');
    expect(invalid.map((error) => error.problems)).toEqual([
      ['properties[0].timeZone must be an IANA time zone such as "Europe/Berlin"'],
    ]);
    await rm(path);
    expect((await properties.find('seaside'))?.name).toBe('Seaside');
    expect(invalid).toHaveLength(2);
  });

  it('a property file that is missing is refused at once', async () => {
    await expect(open()).rejects.toThrow('cannot be read: there is no such file');
  });
});
