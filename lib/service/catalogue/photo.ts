/**
 * A JPEG in the size of a photo as phones send them scaled down (500 x 375), under `models/`: what models
 * are measured with when their catalogue has no sample of its own.
 */
export const photoFile = 'table3/samples/photo-size.jpg';
