"""What bindings/declare writes: the model of the C API in `header`, and a module for each language."""
