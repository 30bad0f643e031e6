/** Pages behind instant keys: a guest opens the link in a browser, which becomes one of the guest's phones. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { INSTANT_KEY_PATH, listInstantKeys } from '../api/sessions.js';
import type { SimulatedHotel } from '../hotel/hotel.js';
import type { InstantKeyRecord } from '../hotel/records.js';

const ENDED = 'This link has been used, has expired, or was ended.';

/** Adds the pages. The link is the only secret that they need. */
export function addInstantKeyPages(app: FastifyInstance, hotel: SimulatedHotel): void {
  const { world } = hotel;
  const usable = (secret: string): InstantKeyRecord | undefined =>
    listInstantKeys(world, {}).find((key) => key.secret === secret && key.usesLeft > 0);

  app.get<{ Params: { secret: string } }>(`${INSTANT_KEY_PATH}/:secret`, ({ params: { secret } }, reply) =>
    usable(secret) === undefined
      ? send(reply, 410, `<p>${ENDED}</p>`)
      : send(
          reply,
          200,
          '<p>Set up this phone to open your room.</p><form method="post"><button>Set up</button></form>',
        ),
  );

  app.post<{ Params: { secret: string } }>(`${INSTANT_KEY_PATH}/:secret`, ({ params: { secret } }, reply) => {
    const key = usable(secret);
    if (key === undefined) return send(reply, 410, `<p>${ENDED}</p>`);
    key.usesLeft -= 1;
    world.journal.write('instant-key-used', { instant_key_id: key.id });
    hotel.phones.add(key.identityId, { connection: 'online', endpoint: 'active' });
    return send(reply, 200, '<p>This phone is set up. Your keys come to it by themselves.</p>');
  });
}

const STYLE = [
  ':root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }',
  'body { max-width: 30rem; margin: 2rem auto; padding: 0 1rem }',
  'button { width: 100%; padding: 0.75rem; font: inherit }',
].join('\n');

function send(reply: FastifyReply, status: number, content: string): FastifyReply {
  const meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">';
  const head = `${meta}<title>Your key</title><style>${STYLE}</style>`;
  const page = `<!doctype html><html lang="en"><head>${head}</head><body><h1>Your key</h1>${content}</body></html>`;
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .type('text/html; charset=utf-8')
    .send(page);
}
