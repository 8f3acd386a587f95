package orders;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Says where the application's class loader finds a class. */
@RestController
class ClassesController {

  @GetMapping("/classes/{name}")
  String loader(@PathVariable String name) {
    try {
      ClassLoader own = ClassesController.class.getClassLoader();
      return Class.forName(name, false, own).getClassLoader().getClass().getName();
    } catch (ClassNotFoundException e) {
      return "absent";
    }
  }
}
