import type { Element } from './xml.ts'

/** Elements in both directions, on one connection. */
export interface Stream {
  /** Who is spoken with, for messages. */
  server: string
  write(xml: string): void
  /**
   * The next element.
   *
   * @throws what an error of the stream or the end of the connection means for a delivery
   */
  next(): Promise<Element>
}
