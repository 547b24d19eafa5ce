/** What is said of a service that has ended: what it was, and what may take its place. */
export function serviceGone(service: string, instead: string): string {
  return `${service} has shut down: expected ${instead}`
}
