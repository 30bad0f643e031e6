/**
 * Calls the simulator's control API (`/_sim/*`), and returns its answer.
 * @throws Error with the answer if the simulator refuses the call
 */
export async function controlSimulator(
  url: string,
  method: 'POST' | 'DELETE',
  route: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${url}/_sim/${route}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`The simulator refused ${route}: ${await response.text()}`);
  return response.json();
}
