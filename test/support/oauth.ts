import { loopbackServer, type Received } from './server.ts'

/** What a token server was asked, as the form that came. */
export type TokenRequest = Record<string, string>

/** A token server (RFC 6749 §6) that takes `refresh_token`, or what `answer` says of a request. */
export async function tokenServer(
  answer: (request: TokenRequest, count: number) => { status?: number; json: Record<string, unknown> } = () => ({
    json: { access_token: 'access-token-1', token_type: 'Bearer', expires_in: 3599 },
  }),
) {
  const requests: TokenRequest[] = []
  const server = await loopbackServer((request, response) => {
    const form = formOf(request)
    if (form === undefined) {
      response.statusCode = 400
      return { error: 'invalid_request' }
    }
    requests.push(form)
    const { status = 200, json } = answer(form, requests.length)
    response.statusCode = status
    return json
  })
  const oauth = {
    client_id: 'client-of-ours',
    client_secret: 'client-secret-0815',
    refresh_token: 'refresh-token-4711',
    access_url: `${server.address}/oauth2/v2.0/token`,
  }
  return { ...server, requests, oauth }
}

function formOf({ method, headers, path, body }: Received): TokenRequest | undefined {
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded'
  if (method !== 'POST' || !isForm || path !== '/oauth2/v2.0/token') return undefined
  return Object.fromEntries(new URLSearchParams(body))
}
