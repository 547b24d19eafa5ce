/** Its own names for them are ours, and one more (https://docs.ntfy.sh/publish/#message-priority). */
export function levelOf(priority: string): number {
  return { min: 1, low: 2, default: 3, high: 4, urgent: 5, max: 5 }[priority] ?? Number(priority)
}

/** The tag by which a topic carries how often ntfy has passed a message on: it has no field for that. */
export const hopTag = /^ntfy-hops-(\d)$/

/** The tags of a message with that one. */
export function tagsOf({ tags, hops = 0 }: { tags: string[]; hops?: number }): string[] | undefined {
  const all = hops > 0 ? [...tags, `ntfy-hops-${hops}`] : tags
  return all.length > 0 ? all : undefined
}
