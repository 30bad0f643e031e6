/** Parts of the HTTP clients for other systems. */

/**
 * Returns axios options for a system at `baseUrl`. Only the caller decides about redirects and statuses: a redirect
 * could send credentials elsewhere. A stand-in on this machine is never behind the proxy that the environment names.
 */
export function outgoingOptions(baseUrl: string): {
  readonly baseURL: string;
  readonly maxRedirects: 0;
  readonly validateStatus: () => true;
  readonly proxy?: false;
} {
  const isLoopback = /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(baseUrl).hostname);
  return {
    baseURL: baseUrl,
    maxRedirects: 0,
    validateStatus: () => true,
    ...(isLoopback ? { proxy: false } : {}),
  };
}

const LONGEST_RETRY_AFTER_MS = 5 * 60_000;

/** Returns the milliseconds of a Retry-After header (seconds or an HTTP date), at most five minutes. */
export function retryAfterMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}
