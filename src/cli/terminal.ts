/** Environment and streams of the CLI. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly err: NodeJS.WritableStream;
}
