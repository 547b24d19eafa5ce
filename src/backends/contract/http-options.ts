import { path } from './options.ts'

/** Options of every backend that speaks HTTP; they are carried out by the client that the backend gets. */
export const httpOptions = {
  ca: path({
    certificates: true,
    description: 'a PEM file of authorities to trust instead of the usual ones',
    aliases: ['ca_file'],
  }),
}

/** The header that a token, or a user name with a password, makes; none without either. */
export function authorization(options: {
  token?: string | undefined
  user?: string | undefined
  password?: string | undefined
}): Record<string, string> {
  if (options.token !== undefined) return { authorization: `Bearer ${options.token}` }
  if (options.user === undefined) return {}
  const credentials = Buffer.from(`${options.user}:${options.password ?? ''}`).toString('base64')
  return { authorization: `Basic ${credentials}` }
}
