import { isLikely, isRandom } from '../values.ts'

/** Parameters of addresses and forms that hold a secret there, and elsewhere something else. */
const parameter =
  /^(?:sig|signature|x-(?:amz|goog)-(?:signature|credential)|sas|hmac|auth|jwt|sid|ticket|api_?sig|hdnts|pw|pin|otp|magic|invite_?code|reset_?code|assertion|code_verifier|saml(?:request|response))$/i

/** Parameters that hold a secret if their value looks like one. */
const doubtful =
  /^(?:key|k|t|s|hash|access|verify|confirm|confirmation|invite|session(?:_?id)?|id_?token|login|cred|creds)$/i

/** Is the value of this parameter of a query or a form a secret? `?sig=x`, `&code=x&state=y` */
export function isSecretParameter(
  text: string,
  name: string,
  { value, lead }: { value: number; lead: string },
): boolean {
  if (parameter.test(name)) return true
  const given = /[^\s&"'`<>#]{0,200}/y
  given.lastIndex = value
  const own = given.exec(text)?.[0] ?? ''
  if (doubtful.test(name)) return isRandom(own) || (own.length >= 16 && isLikely(own))
  // OAuth 2.0, RFC 6749, 4.1.2
  return (
    name === 'code' &&
    ((own.length >= 10 && isLikely(own)) ||
      /\b(?:state|client_id|client_secret|grant_type|redirect_uri)=/.test(lead + text.slice(value, value + 200)))
  )
}
