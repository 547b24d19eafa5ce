/** Its own names for them are ours, and one more (https://docs.ntfy.sh/publish/#message-priority). */
export function levelOf(priority: string): number {
  return { min: 1, low: 2, default: 3, high: 4, urgent: 5, max: 5 }[priority] ?? Number(priority)
}
