/** Bytes of one message: the largest stanza that can be configured, and what is around it. */
export const largestMessage = 17 << 20
