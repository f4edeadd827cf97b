"""Trains one network at one resolution, from nothing or from a network trained at another."""

import argparse
import sys
import time

import torch
import torch.nn.functional as functional

import images
import networks


def augment(batch):
    """Views, negatives and swapped colour channels: one choice for the whole batch."""
    batch = images.view(batch, int(torch.randint(8, ())))
    if torch.rand(()) < 0.5:
        batch = -batch
    batch = batch[:, torch.randperm(3)]
    return batch.contiguous(memory_format=torch.channels_last)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--network", required=True, help="a function of networks.py")
    arguments.add_argument("--side", type=int, required=True, help="resolution in pixels")
    arguments.add_argument("--images", type=int, required=True, help="images to train on in all")
    arguments.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    arguments.add_argument("--batch", type=int, default=64)
    arguments.add_argument("--start", help="weights to start from")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", required=True, help="where the weights go")
    arguments.add_argument("data", nargs="+", help="files of generate.ts")
    options = arguments.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    network = getattr(networks, options.network)()
    if options.start:
        network.load_state_dict(torch.load(options.start))
    network = network.to(memory_format=torch.channels_last).train()
    data = images.load(options.data, options.side)
    labels = images.labels(len(data))

    steps = options.images // options.batch
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, steps, pct_start=0.2)
    order = torch.empty(0, dtype=torch.long)
    began = time.time()
    loss_sum = hits = batches = 0
    for step in range(1, steps + 1):
        if len(order) < options.batch:
            order = torch.randperm(len(data))
        chosen, order = order[: options.batch], order[options.batch :]
        batch = augment(images.normalise(data[chosen].float()))
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(batch).float()
        loss = functional.cross_entropy(logits, labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        loss_sum += loss.item()
        batches += 1
        hits += (logits.argmax(1) == labels[chosen]).sum().item()
        if step % 100 == 0 or step == steps:
            passed = time.time() - began
            print(
                f"{options.network} {options.side}px step {step}/{steps}"
                f" loss {loss_sum / batches:.3f}"
                f" train accuracy {100 * hits / batches / options.batch:.1f} %"
                f" {passed:.0f} s, {passed / step * (steps - step):.0f} s left",
                file=sys.stderr,
                flush=True,
            )
            loss_sum = hits = batches = 0
    torch.save(network.state_dict(), options.out)


if __name__ == "__main__":
    main()
