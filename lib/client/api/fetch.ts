/** As the global `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
