// The few calls the demo makes, the way any customer's script would make them.

export type Access = { base_url: string; api_key: string; workspace_id: string };

// biome-ignore lint/suspicious/noExplicitAny: answers are whatever the API answers; the demo reads a few fields
export type Answer = Record<string, any>;

export type ApiClient = {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
};

/** @throws Error with the API's own message for any answer that is not a success */
export const createApiClient = ({ base_url, api_key, workspace_id }: Access): ApiClient => {
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${base_url}/v1/api${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${api_key}`,
        'X-Workspace-Id': workspace_id,
        'Content-Type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = (await response.json()) as Answer;
    if (!response.ok || answer.error) {
      const wayOut =
        answer.code === 'insufficient_funds'
          ? `; pay for more at ${answer.checkout_url} (a test bank, no money moves), then run the demo again`
          : '';
      throw new Error(`${method} ${path} answered ${response.status}: ${answer.message}${wayOut}`);
    }
    return answer;
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
};
