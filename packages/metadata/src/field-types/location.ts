// location: a point on the earth (WGS 84), in degrees.
import { structuredType } from './structured.ts';

export const location = structuredType({
  name: 'location',
  expected: '{ "latitude": -90…90, "longitude": -180…180 }',
  schema: {
    type: 'object',
    properties: { latitude: { type: 'number', minimum: -90, maximum: 90 }, longitude: { type: 'number', minimum: -180, maximum: 180 } },
    required: ['latitude', 'longitude'],
    additionalProperties: false,
  },
  read: (value) => {
    const { latitude, longitude, ...rest } = value;
    if (typeof latitude !== 'number' || typeof longitude !== 'number' || Object.keys(rest).length > 0) return undefined;
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
  },
});
