"""Images of one's own: writes some .npy files and trains on them (own_images.py <program>), or says why a file will not do.
Exit status 77, skipped, where NumPy is missing."""
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy
except ImportError:
    sys.exit(77)

random = numpy.random.default_rng(1)
labels = random.integers(0, 3, 800)
images = random.integers(0, 100, (800, 8, 8)) + 50 * labels[:, None, None]  # brighter and brighter


def run(images, labels):
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder, name)) for name in ("images.npy", "labels.npy")]
        numpy.save(files[0], images)
        numpy.save(files[1], labels)
        command = [sys.argv[1], "--quick", "--out", folder, "--images", files[0], "--labels", files[1]]
        return subprocess.run(command, capture_output=True, text=True, check=False)


for dtype in (numpy.uint8, numpy.float32):
    done = run(images.astype(dtype), labels.astype(dtype))
    accuracy = float(done.stdout.split("row LN")[1].split()[1])
    print(dtype.__name__, done.returncode, accuracy)
    assert done.returncode == 0 and accuracy > 0.9, done.stderr
for wrong in (images[0], images.astype(complex), numpy.asfortranarray(images), images[:700]):
    done = run(wrong, labels)
    print(done.stderr.split("/")[-1].strip())
    assert done.returncode == 2 and ".npy" in done.stderr, done
