package orders;

public record PlacedOrder(Long id, String item, int pieces) {}
