// This program, loaded and not run: what `bench` measures as loading it alone.
import "../../components";
import "../../config";
