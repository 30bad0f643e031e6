/** Parts of the HTTP clients for other systems. */

/**
 * Largest answer that is read, in bytes after decompression. The largest of the known ones, a page of 900 entrances,
 * has about two million.
 */
export const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Returns axios options for a system at `baseUrl`. Only the caller decides about redirects and statuses: a redirect
 * could send credentials elsewhere. A stand-in on this machine is never behind the proxy that the environment names.
 */
export function outgoingOptions(baseUrl: string): {
  readonly baseURL: string;
  readonly maxRedirects: 0;
  readonly validateStatus: () => true;
  readonly maxContentLength: number;
  readonly proxy?: false;
} {
  const isLoopback = /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(baseUrl).hostname);
  return {
    baseURL: baseUrl,
    maxRedirects: 0,
    validateStatus: () => true,
    maxContentLength: LARGEST_ANSWER_BYTES,
    ...(isLoopback ? { proxy: false } : {}),
  };
}

/** Limits of a delay that another system requests: it must neither hammer nor stop what waits for it. */
const SHORTEST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** Returns a delay of another system within the limits, from one second to one minute; NaN counts as the shortest. */
export function withinDelayLimits(ms: number): number {
  return Number.isNaN(ms) ? SHORTEST_DELAY_MS : Math.min(Math.max(ms, SHORTEST_DELAY_MS), LONGEST_DELAY_MS);
}

/**
 * Returns the delay of a Retry-After header (seconds or an HTTP date) in milliseconds, within the limits. Returns
 * undefined for anything else: then the caller's own delays hold.
 */
export function retryAfterMs(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return withinDelayLimits(Number(text) * 1_000);
  if (!/^[A-Za-z]{3}/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : withinDelayLimits(at - Date.now());
}

/**
 * Returns the delay that another system requests, if it is longer than the exponential backoff before the next attempt
 * (1 s, doubled up to 20 s). A shorter one must not cut the backoff short: undefined then.
 */
export function longerThanBackoff(requestedMs: number | undefined, attempt: number): number | undefined {
  const backoffMs = Math.min(1_000 * 2 ** (attempt - 1), 20_000);
  return requestedMs !== undefined && requestedMs >= backoffMs ? requestedMs : undefined;
}

/**
 * Fetches like the global `fetch`, for libraries that bring no limit of their own.
 * @throws TypeError if the answer is larger than `LARGEST_ANSWER_BYTES`
 */
export async function fetchWithinLimit(url: string, options: object): Promise<Response> {
  const answer = await fetch(url, options);
  if (answer.body === null) return answer;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body as ReadableStream<Uint8Array>) {
    size += part.byteLength;
    if (size > LARGEST_ANSWER_BYTES) throw new TypeError('the answer is too large');
    parts.push(part);
  }
  const { status, statusText, headers } = answer;
  return new Response(Buffer.concat(parts), { status, statusText, headers });
}
