/** `<`, which ends text and may not stand in an attribute. */
export const MARKUP = 1
/** Makes text more than a plain run: a reference, a line end, `]`, a forbidden character. */
export const TEXT_ODD = 2
/** The same in an attribute's value. */
export const VALUE_ODD = 4
/** Ends a name. */
export const NAME_END = 8

/**
 * What each UTF-16 unit means to the reader's inner loops. One look-up without a branch a character; only the first bytes of the
 * table are touched while text is ASCII.
 */
export const classes = new Uint8Array(0x10000)

classes.fill(TEXT_ODD | VALUE_ODD, 0, 0x20)
classes[0x09] = VALUE_ODD | NAME_END
classes[0x0a] = VALUE_ODD | NAME_END
classes[0x0d] = TEXT_ODD | VALUE_ODD | NAME_END
classes[0x20] = NAME_END
classes[0x26] = TEXT_ODD | VALUE_ODD // &
classes[0x2f] = NAME_END // /
classes[0x3c] = MARKUP | NAME_END // <
classes[0x3d] = NAME_END // =
classes[0x3e] = NAME_END // >
classes[0x5d] = TEXT_ODD // ]
classes[0xfffe] = TEXT_ODD | VALUE_ODD
classes[0xffff] = TEXT_ODD | VALUE_ODD
