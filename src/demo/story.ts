/**
 * Story of `npm run demo`: three scenarios of Seam's guide to guest mobile credentials, then common events in hotels,
 * then two failures. Every tap states the answer that the door must give, so the story is also a test.
 */
import {
  books,
  enrolsPhone,
  goesWrong,
  killsWorker,
  losesNetwork,
  oneKeyEach,
  personIdOf,
  sends,
  settles,
  startsWorker,
  taps,
  narrate,
  waitsForPhoneOf,
  type Person,
  type Story,
} from './script.js';

const ada: Person = { name: 'Ada', guestId: 'g1', phone: 'enrolled' };
const ben: Person = { name: 'Ben', guestId: 'g2', phone: 'enrolled' };
const cleo: Person = { name: 'Cleo', guestId: 'g3', phone: 'enrolled' };
const dan: Person = { name: 'Dan', guestId: 'g4', phone: 'enrolled' };
const eve: Person = { name: 'Eve', guestId: 'g5', phone: 'none-yet' };
const finn: Person = { name: 'Finn', guestId: 'g6', phone: 'enrolled' };
const band: readonly Person[] = ['Gus', 'Hal', 'Ida', 'Jon', 'Kim', 'Leo', 'Mia', 'Ned'].map((name, index) => ({
  name,
  guestId: `g${index + 7}`,
  phone: 'enrolled',
}));
const [gus, hal, , , , , , ned] = band as [Person, Person, Person, Person, Person, Person, Person, Person];

export const guestKeys: Story = {
  title: 'Stayline: phones as room keys, one durable Temporal workflow per stay',
  about:
    'This machine runs Temporal, a worker, and a simulated hotel with the API of Seam, Visionline locks and phones. ' +
    'A booking system sends reservations and changes. Every ✓ is a lock that gave the expected answer.',
  cast: [ada, ben, cleo, dan, eve, finn, ...band],
  chapters: [
    {
      title: 'One guest, one room',
      guide: 'Single Guest in a Single Room',
      about: 'Ada has booked 101, starting in three hours. The stay starts now, as a workflow that waits.',
      reservations: ['R-1'],
      beats: [
        books('R-1', { rooms: ['101'], guests: [ada], startsInHours: 3, nights: 2 }),
        settles('R-1'),
        taps([ada, '101', 'no-key']),
        narrate('Ada arrives early. Once the desk has checked them in, the key is due.'),
        sends('R-1', { name: 'checkIn', payload: {} }, 'the desk has checked Ada in'),
        settles('R-1'),
        taps([ada, '101', 'opened'], [ada, 'Main Entrance', 'opened'], [ada, '102', 'not-this-door']),
      ],
    },
    {
      title: 'The guest returns',
      guide: 'Returning Guest to a Single Room',
      about: 'Ada checks out, and comes back to another room: a new lease, so the new key is an override again.',
      reservations: ['R-1', 'R-2'],
      beats: [
        sends('R-1', { name: 'checkOut', payload: {} }, 'Ada has left'),
        settles('R-1'),
        taps([ada, '101', 'no-key']),
        books('R-2', { rooms: ['102'], guests: [ada], startsInHours: 0, nights: 1 }),
        settles('R-2'),
        taps([ada, '102', 'opened'], [ada, '101', 'not-this-door']),
      ],
    },
    {
      title: 'Several guests, several rooms',
      guide: 'Multiple Guests in Multiple Rooms',
      about:
        'Ben, Cleo and Dan share 201 and 202. A second override would lock the first guest out, ' +
        'so one key opens the lease and all others join it.',
      reservations: ['R-3'],
      beats: [
        taps([ben, '201', 'no-key']),
        books('R-3', { rooms: ['201', '202'], guests: [ben, cleo, dan], startsInHours: 0, nights: 3 }),
        settles('R-3'),
        taps(
          [ben, '201', 'opened'],
          [cleo, '201', 'opened'],
          [dan, '201', 'opened'],
          [ben, '202', 'opened'],
          [dan, '102', 'not-this-door'],
        ),
      ],
    },
    {
      title: 'A guest is added',
      about:
        'A signal adds Eve to the party. Eve has no phone yet: the stay waits for it, durably, and then issues the key.',
      reservations: ['R-3'],
      beats: [
        sends(
          'R-3',
          { name: 'addGuests', payload: { guests: [{ guestId: eve.guestId, personId: personIdOf(eve) }] } },
          'add Eve',
        ),
        waitsForPhoneOf('R-3', eve),
        enrolsPhone(eve),
        taps([eve, '201', 'no-key']),
        sends('R-3', { name: 'phoneReady', payload: { guestId: eve.guestId } }, "Eve's phone is ready"),
        settles('R-3'),
        taps([eve, '201', 'opened'], [ben, '201', 'opened']),
      ],
    },
    {
      title: 'The party moves',
      about:
        'From 201 and 202 to 301 and 302: one override opens the new lease, the others join, and the old keys end.',
      reservations: ['R-3'],
      beats: [
        taps([cleo, '201', 'opened'], [cleo, '301', 'not-this-door']),
        sends('R-3', { name: 'changeRooms', payload: { rooms: ['301', '302'] } }, 'to 301 and 302'),
        settles('R-3'),
        taps([ben, '301', 'opened'], [cleo, '302', 'opened'], [eve, '301', 'opened'], [cleo, '201', 'not-this-door']),
      ],
    },
    {
      title: 'Check-out, with one phone in flight mode',
      about: "Every key is revoked. Cleo's phone is offline and still opens 301, until a newer key is used there.",
      reservations: ['R-3'],
      beats: [
        taps([ben, '301', 'opened']),
        losesNetwork(cleo),
        sends('R-3', { name: 'checkOut', payload: {} }, 'everybody has left'),
        settles('R-3'),
        taps([ben, '301', 'no-key'], [eve, '302', 'no-key'], [cleo, '301', 'phone-offline-key']),
      ],
    },
    {
      title: 'Failure: an answer is lost',
      about:
        'Finn is next in 301. Seam makes the override key, but its answer never arrives. A blind retry would make a ' +
        'second key. The stay looks first, and adopts the key that exists.',
      reservations: ['R-4'],
      beats: [
        taps([finn, '301', 'no-key']),
        goesWrong(
          { kind: 'drop-after', path: '/acs/credentials/create', times: 1 },
          'the next answer to "create a key" is lost after Seam has made it',
        ),
        books('R-4', { rooms: ['301'], guests: [finn], startsInHours: 0, nights: 1 }),
        settles('R-4'),
        oneKeyEach(finn),
        taps([finn, '301', 'opened']),
        narrate(
          "Finn's override was the first newer key at that lock, so Cleo's old one is dead there, offline or not.",
        ),
        taps([cleo, '301', 'older-generation']),
      ],
    },
    {
      title: 'Failure: the worker dies',
      about:
        'A band of eight arrives at 401 and 402. While the joiner keys are being issued, the worker process is killed.',
      reservations: ['R-5'],
      beats: [
        taps([gus, '401', 'no-key']),
        goesWrong(
          { kind: 'latency', path: '/acs/credentials/create', after: 5, times: 4, ms: 1_500 },
          'Seam is slow: from the fifth key on, each takes a second and a half more',
        ),
        books('R-5', { rooms: ['401', '402'], guests: band, startsInHours: 0, nights: 2 }),
        killsWorker(band, 4),
        narrate(
          'No worker is running now. The stay is safe in Temporal. Another worker continues where this one stopped.',
        ),
        startsWorker,
        settles('R-5'),
        oneKeyEach(...band),
        taps([gus, '401', 'opened'], [hal, '402', 'opened'], [ned, '401', 'opened'], [gus, '402', 'opened']),
      ],
    },
  ],
};
