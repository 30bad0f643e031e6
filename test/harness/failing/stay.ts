/** A workflow `stay` whose every task fails, as with a worker that is rolled back. */
export async function stay(): Promise<never> {
  throw new Error('this code does not fit');
}
