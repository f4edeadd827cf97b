/** The version of the HTTP API, which the OpenAPI document and `GET /v2` tell. */
export const apiVersion = '1.0.0';
