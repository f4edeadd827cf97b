#!/bin/sh
# Makes the catalogue `shapes` from nothing: images, weights, ONNX files, measurements, catalogue.
# Needs python3-torch (Debian: apt-get install python3-torch), the project's npm packages, 10 GB of
# disk and, on two cores, about an hour. What exists in the work folder is not made again.
#
# usage: models/shapes/training/train.sh [WORK_FOLDER]
set -eu
training=$(cd "$(dirname "$0")" && pwd)
cd "$training/../../.."
work=${1:-.mdinference/shapes}
mkdir -p "$work"
PATH="$PWD/node_modules/.bin:$PATH"
python=${PYTHON:-/usr/bin/python3}
# Two trainings at a time, one thread each: faster than one with two, which wait for each other.
export OMP_NUM_THREADS=1

for seed in 1 2 3 4; do
  file="$work/train-$seed.u8"
  [ -f "$file" ] && continue
  node "$training/generate.ts" --seed $seed --count 20000 --out "$file.part"
  mv "$file.part" "$file"
done

# train NETWORK SIDE IMAGES RATE [START]
train() {
  weights="$work/$1-$2.pt"
  [ -f "$weights" ] && return
  "$python" "$training/train.py" --network "$1" --side "$2" --images "$3" --rate "$4" \
    ${5:+--start "$work/$5.pt"} --out "$weights.part" "$work"/train-?.u8
  mv "$weights.part" "$weights"
}

# The residual network learns at 48 pixels, where an image costs little, and is then tuned to the
# other resolutions (progressive resizing, as in Howard's entry to DAWNBench 2018).
{ train nano 24 300000 0.005; train mobile 24 150000 0.003; } &
small=$!
train resnet 48 180000 0.003
{
  train resnet 24 130000 0.002 resnet-48
  train resnet 32 130000 0.002 resnet-48
  train resnet 64 60000 0.0015 resnet-48
} &
middle=$!
train resnet 96 60000 0.0015 resnet-48
train resnet 128 40000 0.001 resnet-96
# One by one: wait answers with the failure of the job that it names.
wait $small
wait $middle

while read -r name; do
  weights="$work/$(echo "$name" | cut -d - -f 1,2).pt"
  "$python" "$training/export.py" "$name" "$weights" "$training/../$name.onnx"
done < "$training/ladder.txt"

node "$training/evaluate.ts"
node "$training/time.ts"
node "$training/threads.ts"
node "$training/samples.ts"
node "$training/catalogue.ts"
node "$training/contact-sheet.ts"
node "$training/charts.ts"
node bin/mdi.ts models verify shapes
node bin/mdi.ts models evaluate shapes --uploads --images generated --side 768 --write
