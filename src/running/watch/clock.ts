/** How much later than expected, in milliseconds, a look may come on a busy machine. */
const tolerance = 2000

/** Milliseconds, without those in which the machine slept or we were stopped: then nothing could be seen, either. */
export class Clock {
  now = 0
  #last = performance.now()

  /**
   * @param expected when the look was to come, in milliseconds after the last one
   * @returns whether there was such a time
   */
  tick(expected: number): boolean {
    const passed = performance.now() - this.#last
    this.#last += passed
    const wasAway = passed > expected + tolerance
    this.now += wasAway ? expected : passed
    return wasAway
  }
}
