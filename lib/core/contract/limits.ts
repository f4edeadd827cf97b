/** The shortest SLA in ms that a request may ask for: a microsecond, which the fastest model answers. */
export const minSlaMs = 0.001;

/** The longest SLA in ms that a request may ask for: what an HTTP API can wait. */
export const maxSlaMs = 29_000;

/** Bytes of image or tensor that a request may carry: base64 of it must fit Lambda's 6 MB. */
export const maxBodyBytes = 4_500_000;
