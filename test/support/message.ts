/** A message as it would be had the command taken no time, which on a busy machine everything does. */
export function timeless(message: unknown): string {
  return String(message).replace(/\b\d+:\d\d minutes/, '0:00 minutes')
}
