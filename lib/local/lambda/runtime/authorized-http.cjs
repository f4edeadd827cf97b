/**
 * The part of node:http that aws-lambda-ric uses, with the process's token in every request: by it the Runtime
 * API tells its own runtime from whoever else reaches its port.
 */
const http = require('node:http');

const token = { 'x-amz-security-token': process.env.AWS_SESSION_TOKEN };

exports.Agent = http.Agent;

exports.request = (options, onResponse) =>
  http.request({ ...options, headers: { ...options.headers, ...token } }, onResponse);
