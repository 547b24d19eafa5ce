/** Waiting times in milliseconds. */
const firstRetry = 30_000
const longestRetry = 60 * 60_000
const shortestRetry = 1000
/** A program that prints no secret is not run again for this long: it may open a window. */
const secretPause = 5 * 60_000
/** So much more or less, so that many machines do not come back at the same moment. */
const jitter = 0.2

/** No delivery and no target is ever to wait longer than this: where one is, the clock was set back. */
export const longestWait = longestRetry * (1 + jitter)

/** A service that asks for less than the backoff gets it so often; then it has had its chance. */
const believedRetries = 5

/** 30 s, doubling to an hour. */
export function retryDelay(tries: number, random = Math.random()): number {
  const backoff = Math.min(firstRetry * 2 ** Math.max(0, tries - 1), longestRetry)
  return backoff * (1 - jitter + random * 2 * jitter)
}

/** A Retry-After in seconds, an hour at most; a service that always answers 0 is not retried continuously. */
export function askedDelay(tries: number, seconds: number): number {
  const least = tries > believedRetries ? retryDelay(tries) : shortestRetry
  return Math.min(Math.max(seconds * 1000, least), longestRetry)
}

/** A parked delivery is tried once an hour, one without its secret sooner. */
export function parkedDelay(secret: boolean): number {
  return secret ? secretPause : longestRetry
}
