// Text that stays on the line it is put on.

/** No line breaks, no control characters, and nothing that shows text in another order than it is written in. */
export const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u;
