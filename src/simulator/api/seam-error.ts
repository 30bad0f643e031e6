/** Errors in the form in which Seam returns them (Seam's documentation). */
import { z } from 'zod';

export class SeamError extends Error {
  override readonly name = 'SeamError';

  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly validationErrors?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** Returns a 404 with Seam's type for a missing resource: `acs_user_not_found` and so on. */
export function notFound(resource: string, id: string): SeamError {
  return new SeamError(404, `${resource}_not_found`, `No ${resource} with the id ${JSON.stringify(id)}`);
}

/** Returns a 400 about one field, which may be nested (`['visionline_metadata', 'card_format']`). */
export function invalidInput(path: readonly string[], message: string): SeamError {
  const tree = path.reduceRight<Record<string, unknown>>((inner, key) => ({ _errors: [], [key]: inner }), {
    _errors: [message],
  });
  return new SeamError(400, 'invalid_input', `${path.join('.')}: ${message}`, tree);
}

/** Returns a 400 for a body that does not match its schema, in the shape that Seam's clients read. */
export function invalidBody(error: z.ZodError): SeamError {
  const first = error.issues[0];
  const message = first === undefined ? 'Invalid input' : `${first.path.join('.') || 'body'}: ${first.message}`;
  return new SeamError(400, 'invalid_input', message, z.formatError(error));
}
